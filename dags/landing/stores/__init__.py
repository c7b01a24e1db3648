"""Object stores as places where files arrive: S3, Google Cloud Storage, Azure Blob Storage."""
