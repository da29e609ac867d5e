"""Files that people add to what they say and sign: stored once, judged once, handed out one way."""
