// webhooks
