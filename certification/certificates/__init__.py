"""Sign what runs found of a profile, so that a gateway can rely on it. docs/certificates.md has the form."""
