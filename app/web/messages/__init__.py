"""The sentences that services say, so that they are found for translation, a module a subject."""
