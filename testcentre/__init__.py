"""THE SITE: wiring on top (settings, urls, asgi, celery, cli), foundations beneath (accounts, audit, foundation)."""
