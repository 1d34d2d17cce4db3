"""Translation and summarization workbench."""
