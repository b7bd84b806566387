"""Is everything there: database, Redis, broker, processes, and the schema?"""
