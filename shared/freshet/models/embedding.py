"""The content vectors of items: their length, and the space that they lie in."""

#: Length of every content vector.
DIMENSION = 128

#: The space of the content vectors that the catalog's embedded default makes: those of one space
#: compare with each other alone. "-en": Chinese is read in English.
EMBEDDING_VERSION = "wordllama-l2-supercat-128-en"

#: The space of a model that serves in any.
ANY_SPACE = ""
