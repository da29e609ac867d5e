"""Dated facts about products, ports and regions, each with its source."""
