"""The words for what services and engines call by fixed names, a module a subject."""
