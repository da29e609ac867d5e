"""Why a secret cannot be opened. None of these is a person's mistake, so none is a refusal with a remedy for them."""


class VaultError(Exception):
    """The secret cannot be opened. The message holds ids only."""


class Destroyed(VaultError):
    """Its key and ciphertext were erased; nothing opens it again."""


class Undecryptable(VaultError):
    """The row does not decrypt: altered, moved to another customer, or wrapped by a different key than it names."""


class KeyMissing(VaultError):
    """The master key that wraps it is not in the keyring. Trying again helps once the key is restored."""


class KeyServiceUnavailable(VaultError):
    """The key service did not answer or refused. Trying again can help."""
