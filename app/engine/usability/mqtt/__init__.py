"""MQTT 3.1.1 and 5, as much as a visitor needs who says one thing and hears it again."""
