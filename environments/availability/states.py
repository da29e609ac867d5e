"""What is known of an environment's health at a moment."""

from django.db import models


class Health(models.TextChoices):
    """`unknown` counts neither as up nor as down."""

    UP = "up", "Up"
    DOWN = "down", "Down"
    UNKNOWN = "unknown", "Not known"
