"""What differs between two terms documents, in sentences that a person reads."""

from agreements.difference_words.sentences import Marked, Sentence
from agreements.difference_words.values import Names, plain_words
from agreements.difference_words.wording import Wording

__all__ = ["Marked", "Names", "Sentence", "Wording", "plain_words"]
