"""Who is told of an incident, when, or why not: the rules of `engine.usability.alerting`, put into rows."""
