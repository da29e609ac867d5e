"""What must be true of an environment before its hand-over, as data: the conditions that an item may name, what a version of
the template has to satisfy, and how two versions differ. The versions themselves are rows (`ChecklistTemplate`).
"""
