"""Lessons on the error of finite differences: the texts are content, the numbers computed."""
