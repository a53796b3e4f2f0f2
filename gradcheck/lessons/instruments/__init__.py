"""The instruments of the lessons: each asks one kind of question and shows the answer."""
