"""A master key in AWS KMS, which never leaves it. The context holds ids only, since CloudTrail shows it in clear."""

from collections.abc import Mapping

from portal import aws
from portal.vault.errors import KeyMissing, KeyServiceUnavailable, Undecryptable

_PROVIDER = aws.Identity(account_id="")
_WRONG = ("InvalidCiphertextException", "IncorrectKeyException", "ValidationException")


class KmsKey:
    """Wraps by the key that the settings name; unwraps by the key that a row names, as long as KMS has it.

    A key is an id, an alias or an ARN. KMS rotates the material of a key by itself; another key is a changed setting and
    `rewrap_secrets`.
    """

    def __init__(self, key_id: str, *, region: str) -> None:
        self.key_id = key_id
        self.region = region

    def newest(self) -> str:
        return self.key_id

    def wrap(self, data_key: bytes, *, key_id: str, context: Mapping[str, str]) -> bytes:
        """Return the wrapped data key. Raises `KeyServiceUnavailable`."""
        return self._call("encrypt", key_id, context, Plaintext=data_key)["CiphertextBlob"]

    def unwrap(self, wrapped: bytes, *, key_id: str, context: Mapping[str, str]) -> bytes:
        """Return the data key. Raises `Undecryptable`, `KeyMissing` or `KeyServiceUnavailable`."""
        return self._call("decrypt", key_id, context, CiphertextBlob=wrapped)["Plaintext"]

    def _call(self, operation: str, key_id: str, context: Mapping[str, str], **params: bytes) -> dict[str, bytes]:
        try:
            # Neither call changes anything in AWS, so botocore may repeat it.
            return aws.call(
                _PROVIDER,
                self.region,
                "kms",
                operation,
                changes=False,
                KeyId=key_id,
                EncryptionContext=dict(context),
                **params,
            )
        except aws.AwsError as error:
            if error.code in _WRONG or error.kind == aws.Kind.REFUSED:
                raise Undecryptable(f"the data key does not open with {key_id}") from None
            if error.kind == aws.Kind.MISSING:
                raise KeyMissing(f"KMS has no key {key_id}") from None
            raise KeyServiceUnavailable(f"KMS: {error.code}") from None
