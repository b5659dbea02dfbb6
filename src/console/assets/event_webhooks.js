// event_webhooks
