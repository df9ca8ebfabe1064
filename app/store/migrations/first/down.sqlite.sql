DROP TABLE payments

DROP TABLE options

DROP TABLE booking_services

DROP TABLE refresh_tokens

DROP TABLE bookings

DROP TABLE token_families

DROP TABLE tasks

DROP TABLE slots

DROP TABLE sessions

DROP TABLE saved_views

DROP TABLE one_time_tokens

DROP TABLE media

DROP TABLE inquiries

DROP TABLE exceptions

DROP TABLE credentials

DROP TABLE api_keys

DROP TABLE users

DROP TABLE timers

DROP TABLE sla_clocks

DROP TABLE settings

DROP TABLE schedule_ticks

DROP TABLE rule_runs

DROP TABLE outbox

DROP TABLE models

DROP TABLE idempotency_keys

DROP TABLE feed_pending

DROP TABLE feed

DROP TABLE codes

DROP TABLE clients

DROP TABLE audit_roots

DROP TABLE audit_heads

DROP TABLE audit

DROP TABLE attempts

DROP TABLE releases

DROP TABLE release_texts

DROP TABLE release_documents

DROP TABLE events
