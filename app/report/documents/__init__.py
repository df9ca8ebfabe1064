"""Documents as people read them aloud: a sheet a document, in sentences, diagrams and previews."""
