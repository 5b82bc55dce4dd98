"""The SMS Works: the only room that speaks to the provider. Start at client.py and docs/provider.md."""
