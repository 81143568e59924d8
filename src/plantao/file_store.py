"""Where files are kept, from the settings."""

from plantao.kit.blobs import Blobs, S3Access
from plantao.settings import Settings


def open_blobs(settings: Settings) -> Blobs:
    """Where files are kept. Connects to nothing yet."""
    access_key, secret_key = settings.media_s3_access_key, settings.media_s3_secret_key
    endpoint = settings.media_s3_endpoint
    access = S3Access(
        str(endpoint) if endpoint is not None else None,
        settings.media_s3_region,
        access_key.get_secret_value() if access_key is not None else None,
        secret_key.get_secret_value() if secret_key is not None else None,
    )
    return Blobs(settings.media_url or (settings.data_dir.resolve() / "media").as_uri(), access)
