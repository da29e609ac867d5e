"""The pre-flight: looks into the customer's account, by their role and read only, at what the answers say of it.

Each look is a function of an account and of answers; it raises `CallFailed` where AWS refuses or does not answer.
"""
