"""Why a list is as it is: by taking away what it was made of, and asking the model again."""
