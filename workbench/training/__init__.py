"""Training and adapting of translation models: text, cleaning, splitting, sampling, the trainer."""
