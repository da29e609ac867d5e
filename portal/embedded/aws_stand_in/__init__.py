"""The AWS stand-in: moto, with what the portal must be able to rely on and moto does not do.

It runs in a process of its own, on loopback only; the portal reaches it by `AWS_ENDPOINT_URL` and knows nothing else of it. Any
other AWS client that is given the endpoint and the keys of `accounts` sees the same objects.
"""
