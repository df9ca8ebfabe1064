CREATE TABLE events (
    seq BIGSERIAL NOT NULL,
    id VARCHAR NOT NULL,
    type VARCHAR NOT NULL,
    machine VARCHAR NOT NULL,
    subject VARCHAR NOT NULL,
    time BIGINT NOT NULL,
    root VARCHAR NOT NULL,
    release INTEGER,
    transition VARCHAR,
    state VARCHAR,
    body TEXT NOT NULL,
    PRIMARY KEY (seq),
    UNIQUE (id)
)

CREATE INDEX events_by_entity ON events (machine, subject, seq)

CREATE INDEX events_by_root ON events (root, seq)

COMMENT ON COLUMN events.time IS 'microseconds since 1970-01-01T00:00:00Z, rounded down'

COMMENT ON COLUMN events.root IS 'the id of the first event in the chain: its own where it is that'

COMMENT ON COLUMN events.release IS 'the release under which it happened'

COMMENT ON COLUMN events.transition IS 'of a move: its name'

COMMENT ON COLUMN events.state IS 'of a move: the state that was entered'

CREATE OR REPLACE FUNCTION events_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'events are append-only'; END $$

CREATE TRIGGER events_no_change BEFORE UPDATE OR DELETE ON events FOR EACH ROW EXECUTE FUNCTION events_refuse()

CREATE TRIGGER events_no_truncate BEFORE TRUNCATE ON events FOR EACH STATEMENT EXECUTE FUNCTION events_refuse()

CREATE TABLE release_documents (
    release INTEGER NOT NULL,
    path VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    id VARCHAR NOT NULL,
    version BIGINT NOT NULL,
    text VARCHAR NOT NULL,
    PRIMARY KEY (release, path)
)

COMMENT ON COLUMN release_documents.text IS 'the hash under which the bytes are kept'

CREATE OR REPLACE FUNCTION release_documents_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'release_documents are append-only'; END $$

CREATE TRIGGER release_documents_no_change BEFORE UPDATE OR DELETE ON release_documents FOR EACH ROW EXECUTE FUNCTION release_documents_refuse()

CREATE TRIGGER release_documents_no_truncate BEFORE TRUNCATE ON release_documents FOR EACH STATEMENT EXECUTE FUNCTION release_documents_refuse()

CREATE TABLE release_texts (
    hash VARCHAR NOT NULL,
    content BYTEA NOT NULL,
    PRIMARY KEY (hash)
)

CREATE OR REPLACE FUNCTION release_texts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'release_texts are append-only'; END $$

CREATE TRIGGER release_texts_no_change BEFORE UPDATE OR DELETE ON release_texts FOR EACH ROW EXECUTE FUNCTION release_texts_refuse()

CREATE TRIGGER release_texts_no_truncate BEFORE TRUNCATE ON release_texts FOR EACH STATEMENT EXECUTE FUNCTION release_texts_refuse()

CREATE TABLE releases (
    number INTEGER NOT NULL,
    author TEXT NOT NULL,
    message TEXT NOT NULL,
    published_at BIGINT NOT NULL,
    hash VARCHAR NOT NULL,
    restores INTEGER,
    after_event BIGINT NOT NULL,
    migrate TEXT NOT NULL,
    notes TEXT NOT NULL,
    PRIMARY KEY (number)
)

COMMENT ON COLUMN releases.published_at IS 'nanoseconds since 1970-01-01T00:00:00Z'

COMMENT ON COLUMN releases.hash IS 'SHA-256 over the documents'' names and bytes'

COMMENT ON COLUMN releases.restores IS 'the earlier release whose content this one brings back'

COMMENT ON COLUMN releases.after_event IS 'the number of the last event stored before it'

CREATE OR REPLACE FUNCTION releases_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'releases are append-only'; END $$

CREATE TRIGGER releases_no_change BEFORE UPDATE OR DELETE ON releases FOR EACH ROW EXECUTE FUNCTION releases_refuse()

CREATE TRIGGER releases_no_truncate BEFORE TRUNCATE ON releases FOR EACH STATEMENT EXECUTE FUNCTION releases_refuse()

CREATE TABLE attempts (
    number BIGSERIAL NOT NULL,
    what TEXT NOT NULL,
    who TEXT NOT NULL,
    at BIGINT NOT NULL,
    good BOOLEAN NOT NULL,
    CONSTRAINT attempts_key PRIMARY KEY (number)
)

CREATE INDEX attempts_by_who ON attempts (what, who, at)

COMMENT ON COLUMN attempts.what IS 'login, reset, form'

COMMENT ON COLUMN attempts.who IS 'a keyed hash of the account or address'

CREATE TABLE audit (
    number BIGSERIAL NOT NULL,
    machine TEXT NOT NULL,
    entity TEXT NOT NULL,
    place BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    outcome TEXT NOT NULL,
    changes TEXT,
    reason TEXT,
    event TEXT,
    request TEXT,
    address TEXT,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL,
    CONSTRAINT audit_key PRIMARY KEY (number),
    CONSTRAINT audit_one_machine_entity_place UNIQUE (machine, entity, place)
)

COMMENT ON COLUMN audit.place IS 'its place in the entity''s chain, from 1'

COMMENT ON COLUMN audit.actor IS 'a user''s id, rule:ID@VERSION, sla:ID@VERSION or system'

COMMENT ON COLUMN audit.action IS 'the event''s type, or the permission that was refused'

COMMENT ON COLUMN audit.outcome IS 'done or refused'

COMMENT ON COLUMN audit.changes IS 'JSON as it was sealed: a database that keeps JSON its own way writes it anew'

COMMENT ON COLUMN audit.previous IS 'the hash of the row before it in the chain, empty at the first'

COMMENT ON COLUMN audit.hash IS 'HMAC-SHA-256 over the row and the hash before it'

CREATE TABLE audit_heads (
    machine TEXT NOT NULL,
    entity TEXT NOT NULL,
    place BIGINT NOT NULL,
    hash TEXT NOT NULL,
    CONSTRAINT audit_heads_key PRIMARY KEY (machine, entity)
)

COMMENT ON TABLE audit_heads IS 'The end of each entity''s chain: a chain that was cut short no longer reaches it.'

CREATE TABLE audit_roots (
    number BIGSERIAL NOT NULL,
    at BIGINT NOT NULL,
    upto BIGINT NOT NULL,
    rows BIGINT NOT NULL,
    root TEXT NOT NULL,
    previous TEXT NOT NULL,
    seal TEXT NOT NULL,
    CONSTRAINT audit_roots_key PRIMARY KEY (number)
)

COMMENT ON COLUMN audit_roots.upto IS 'the last audit row that it covers'

COMMENT ON COLUMN audit_roots.root IS 'the root of a Merkle tree over the hashes of the rows since the root before'

COMMENT ON COLUMN audit_roots.previous IS 'the seal of the root before it, empty at the first'

COMMENT ON COLUMN audit_roots.seal IS 'HMAC-SHA-256 over this row and the seal before it: to be kept outside the store'

CREATE TABLE clients (
    id TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    status_since BIGINT NOT NULL,
    version INTEGER NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    tier TEXT NOT NULL,
    kind TEXT NOT NULL,
    locale TEXT NOT NULL,
    timezone TEXT NOT NULL,
    email TEXT,
    phone TEXT,
    notes_internal TEXT,
    CONSTRAINT clients_key PRIMARY KEY (id),
    CONSTRAINT clients_one_code UNIQUE (code)
)

CREATE INDEX clients_by_creation ON clients (created_at, id)

CREATE INDEX clients_by_email ON clients (email)

CREATE INDEX clients_by_phone ON clients (phone)

CREATE TABLE codes (
    code TEXT NOT NULL,
    machine TEXT NOT NULL,
    entity TEXT NOT NULL,
    CONSTRAINT codes_key PRIMARY KEY (code)
)

COMMENT ON TABLE codes IS 'Every short code that was ever given out; a row stays when its entity goes, so that no code comes twice.'

CREATE TABLE feed (
    seq BIGINT NOT NULL,
    event TEXT NOT NULL,
    machine TEXT NOT NULL,
    entity TEXT NOT NULL,
    version BIGINT NOT NULL,
    at BIGINT NOT NULL,
    CONSTRAINT feed_key PRIMARY KEY (seq)
)

COMMENT ON TABLE feed IS 'The feed: numbered without gaps in the order of commits.'

CREATE TABLE feed_pending (
    number BIGSERIAL NOT NULL,
    event TEXT NOT NULL,
    machine TEXT NOT NULL,
    entity TEXT NOT NULL,
    version BIGINT NOT NULL,
    at BIGINT NOT NULL,
    CONSTRAINT feed_pending_key PRIMARY KEY (number)
)

COMMENT ON TABLE feed_pending IS 'What was committed and has no place in the feed yet; the sequencer moves it on.'

CREATE TABLE idempotency_keys (
    who TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status BIGINT NOT NULL,
    headers JSONB NOT NULL,
    body TEXT NOT NULL,
    at BIGINT NOT NULL,
    CONSTRAINT idempotency_keys_key PRIMARY KEY (who, key)
)

CREATE INDEX idempotency_keys_by_at ON idempotency_keys (at)

COMMENT ON COLUMN idempotency_keys.fingerprint IS 'SHA-256 over method, path and body'

CREATE TABLE models (
    id TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    status_since BIGINT NOT NULL,
    version INTEGER NOT NULL,
    public_code TEXT NOT NULL,
    name TEXT NOT NULL,
    category TEXT NOT NULL,
    home_city TEXT NOT NULL,
    timezone TEXT NOT NULL,
    day_rate_amount BIGINT NOT NULL,
    day_rate_currency VARCHAR(3) NOT NULL,
    rating_internal BIGINT NOT NULL,
    notes_internal TEXT,
    CONSTRAINT models_key PRIMARY KEY (id),
    CONSTRAINT models_one_public_code UNIQUE (public_code)
)

CREATE INDEX models_by_creation ON models (created_at, id)

CREATE TABLE outbox (
    number BIGSERIAL NOT NULL,
    key TEXT NOT NULL,
    kind TEXT NOT NULL,
    root TEXT NOT NULL,
    event TEXT NOT NULL,
    rule TEXT,
    machine TEXT,
    entity TEXT,
    payload JSONB NOT NULL,
    not_before BIGINT NOT NULL,
    state TEXT NOT NULL,
    lease TEXT,
    token BIGINT NOT NULL,
    leased_until BIGINT,
    attempts BIGINT NOT NULL,
    problem TEXT,
    created_at BIGINT NOT NULL,
    settled_at BIGINT,
    CONSTRAINT outbox_key PRIMARY KEY (number),
    CONSTRAINT outbox_one_key UNIQUE (key)
)

CREATE INDEX outbox_by_root ON outbox (root)

CREATE INDEX outbox_by_state ON outbox (state, not_before)

COMMENT ON COLUMN outbox.key IS 'the same at every attempt, so that a provider can tell a repeat'

COMMENT ON COLUMN outbox.kind IS 'notification or webhook'

COMMENT ON COLUMN outbox.not_before IS 'the end of the window in which it may be undone'

COMMENT ON COLUMN outbox.state IS 'new, leased, done, dead, in_doubt or withdrawn'

COMMENT ON COLUMN outbox.token IS 'rises with every lease; who holds an older one may settle nothing'

CREATE TABLE rule_runs (
    number BIGSERIAL NOT NULL,
    rule TEXT NOT NULL,
    version BIGINT NOT NULL,
    release BIGINT NOT NULL,
    event TEXT NOT NULL,
    root TEXT NOT NULL,
    machine TEXT,
    entity TEXT,
    at BIGINT NOT NULL,
    verdict TEXT NOT NULL,
    outcome TEXT NOT NULL,
    run_key TEXT,
    trace JSONB,
    effects JSONB NOT NULL,
    reason TEXT,
    CONSTRAINT rule_runs_key PRIMARY KEY (number)
)

CREATE INDEX rule_runs_by_entity ON rule_runs (machine, entity, number)

CREATE INDEX rule_runs_by_event ON rule_runs (event)

CREATE INDEX rule_runs_by_key ON rule_runs (rule, run_key, at)

CREATE INDEX rule_runs_by_root ON rule_runs (root)

COMMENT ON COLUMN rule_runs.verdict IS 'met or errored'

COMMENT ON COLUMN rule_runs.outcome IS 'performed, shadowed, held, stopped, refused or errored'

CREATE TABLE schedule_ticks (
    rule TEXT NOT NULL,
    last BIGINT NOT NULL,
    CONSTRAINT schedule_ticks_key PRIMARY KEY (rule)
)

COMMENT ON TABLE schedule_ticks IS 'How far each rule''s schedule has come.'

COMMENT ON COLUMN schedule_ticks.last IS 'the last tick that was performed or skipped; the next one comes after it'

CREATE TABLE settings (
    name TEXT NOT NULL,
    value JSONB NOT NULL,
    CONSTRAINT settings_key PRIMARY KEY (name)
)

COMMENT ON TABLE settings IS 'What the store says of itself: whether it is a demo, the secrets'' check.'

CREATE TABLE sla_clocks (
    policy TEXT NOT NULL,
    entity TEXT NOT NULL,
    machine TEXT NOT NULL,
    version BIGINT NOT NULL,
    release BIGINT NOT NULL,
    state TEXT NOT NULL,
    paused BOOLEAN NOT NULL,
    opened BIGINT,
    due BIGINT,
    warn BIGINT,
    ended BIGINT,
    next BIGINT,
    track JSONB NOT NULL,
    CONSTRAINT sla_clocks_key PRIMARY KEY (policy, entity)
)

CREATE INDEX sla_clocks_by_entity ON sla_clocks (machine, entity)

CREATE INDEX sla_clocks_by_next ON sla_clocks (next)

COMMENT ON COLUMN sla_clocks.version IS 'the policy''s'

COMMENT ON COLUMN sla_clocks.release IS 'the release whose policy and calendar it keeps'

COMMENT ON COLUMN sla_clocks.state IS 'as it was when last written; due and warn say what it is now'

COMMENT ON COLUMN sla_clocks.next IS 'when it is to be looked at again'

CREATE TABLE timers (
    number BIGSERIAL NOT NULL,
    kind TEXT NOT NULL,
    rule TEXT NOT NULL,
    version BIGINT NOT NULL,
    machine TEXT NOT NULL,
    entity TEXT NOT NULL,
    mark TEXT NOT NULL,
    run_key TEXT,
    root TEXT NOT NULL,
    due BIGINT NOT NULL,
    rank BIGINT NOT NULL,
    state TEXT NOT NULL,
    payload JSONB NOT NULL,
    attempts BIGINT NOT NULL,
    again BIGINT,
    problem TEXT,
    CONSTRAINT timers_key PRIMARY KEY (number)
)

CREATE INDEX timers_by_due ON timers (state, due, rank, number)

CREATE INDEX timers_by_entity ON timers (machine, entity, state)

CREATE INDEX timers_by_rule ON timers (rule, state)

COMMENT ON COLUMN timers.kind IS 'delay, timer, dwell, escalation or snooze'

COMMENT ON COLUMN timers.mark IS 'which action of the rule, the timer''s name, or empty'

COMMENT ON COLUMN timers.rank IS 'the place of its rule in rule order, which decides among what is due at one instant'

COMMENT ON COLUMN timers.state IS 'pending, done, cancelled or failed'

COMMENT ON COLUMN timers.again IS 'after a failed attempt: when it is tried again'

CREATE TABLE users (
    id TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    status_since BIGINT NOT NULL,
    version INTEGER NOT NULL,
    name TEXT,
    email TEXT,
    roles JSONB,
    queues JSONB,
    locale TEXT,
    timezone TEXT,
    CONSTRAINT users_key PRIMARY KEY (id),
    CONSTRAINT users_one_email UNIQUE (email)
)

CREATE INDEX users_by_creation ON users (created_at, id)

CREATE TABLE api_keys (
    id TEXT NOT NULL,
    hash TEXT NOT NULL,
    shown TEXT NOT NULL,
    name TEXT NOT NULL,
    "user" TEXT NOT NULL,
    scopes JSONB NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    used_at BIGINT,
    revoked_at BIGINT,
    CONSTRAINT api_keys_key PRIMARY KEY (id),
    CONSTRAINT api_keys_one_hash UNIQUE (hash),
    CONSTRAINT api_keys_user_is_one_of_users FOREIGN KEY("user") REFERENCES users (id)
)

CREATE INDEX api_keys_by_user ON api_keys ("user")

COMMENT ON COLUMN api_keys.shown IS 'its prefix and last four characters'

CREATE TABLE credentials (
    "user" TEXT NOT NULL,
    password TEXT,
    changed_at BIGINT,
    epoch BIGINT NOT NULL,
    CONSTRAINT credentials_key PRIMARY KEY ("user"),
    CONSTRAINT credentials_user_is_one_of_users FOREIGN KEY("user") REFERENCES users (id)
)

COMMENT ON COLUMN credentials.password IS 'Argon2id; none until the invitation is taken up'

COMMENT ON COLUMN credentials.epoch IS 'rises when every session and token of the user must end'

CREATE TABLE exceptions (
    id TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    status_since BIGINT NOT NULL,
    version INTEGER NOT NULL,
    reason TEXT NOT NULL,
    title TEXT,
    priority TEXT NOT NULL,
    about TEXT,
    assignee TEXT,
    CONSTRAINT exceptions_key PRIMARY KEY (id),
    CONSTRAINT exceptions_assignee_is_one_of_users FOREIGN KEY(assignee) REFERENCES users (id)
)

CREATE INDEX exceptions_by_about ON exceptions (about)

CREATE INDEX exceptions_by_assignee ON exceptions (assignee)

CREATE INDEX exceptions_by_creation ON exceptions (created_at, id)

CREATE INDEX exceptions_by_state ON exceptions (status, created_at)

CREATE TABLE inquiries (
    id TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    status_since BIGINT NOT NULL,
    version INTEGER NOT NULL,
    code TEXT NOT NULL,
    source TEXT NOT NULL,
    category TEXT NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    budget_amount BIGINT,
    budget_currency VARCHAR(3),
    message TEXT,
    replies BIGINT NOT NULL,
    client TEXT NOT NULL,
    model TEXT,
    assignee TEXT,
    CONSTRAINT inquiries_key PRIMARY KEY (id),
    CONSTRAINT inquiries_ends_after_start CHECK (starts_at < ends_at),
    CONSTRAINT inquiries_one_code UNIQUE (code),
    CONSTRAINT inquiries_client_is_one_of_clients FOREIGN KEY(client) REFERENCES clients (id),
    CONSTRAINT inquiries_model_is_one_of_models FOREIGN KEY(model) REFERENCES models (id),
    CONSTRAINT inquiries_assignee_is_one_of_users FOREIGN KEY(assignee) REFERENCES users (id)
)

CREATE INDEX inquiries_by_assignee ON inquiries (assignee)

CREATE INDEX inquiries_by_client ON inquiries (client)

CREATE INDEX inquiries_by_creation ON inquiries (created_at, id)

CREATE INDEX inquiries_by_model ON inquiries (model)

CREATE INDEX inquiries_by_state ON inquiries (status, created_at)

CREATE TABLE media (
    id TEXT NOT NULL,
    model TEXT NOT NULL,
    position BIGINT NOT NULL,
    cover BOOLEAN NOT NULL,
    file TEXT NOT NULL,
    kind TEXT NOT NULL,
    hash TEXT NOT NULL,
    size BIGINT NOT NULL,
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    title TEXT,
    uploaded_by TEXT,
    created_at BIGINT NOT NULL,
    CONSTRAINT media_key PRIMARY KEY (id),
    CONSTRAINT media_one_model_hash UNIQUE (model, hash),
    CONSTRAINT media_model_is_one_of_models FOREIGN KEY(model) REFERENCES models (id)
)

COMMENT ON COLUMN media.file IS 'the random name under which the bytes lie in the media folder'

COMMENT ON COLUMN media.kind IS 'its media type'

COMMENT ON COLUMN media.hash IS 'SHA-256 of what was uploaded, so that the same picture is found again'

CREATE TABLE one_time_tokens (
    hash TEXT NOT NULL,
    purpose TEXT NOT NULL,
    "user" TEXT NOT NULL,
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    CONSTRAINT one_time_tokens_key PRIMARY KEY (hash),
    CONSTRAINT one_time_tokens_user_is_one_of_users FOREIGN KEY("user") REFERENCES users (id)
)

CREATE INDEX one_time_tokens_by_user ON one_time_tokens ("user")

COMMENT ON COLUMN one_time_tokens.purpose IS 'invitation or reset'

CREATE TABLE saved_views (
    id TEXT NOT NULL,
    owner TEXT NOT NULL,
    list TEXT NOT NULL,
    name TEXT NOT NULL,
    filter TEXT,
    "order" JSONB,
    sharing TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CONSTRAINT saved_views_key PRIMARY KEY (id),
    CONSTRAINT saved_views_owner_is_one_of_users FOREIGN KEY(owner) REFERENCES users (id)
)

CREATE INDEX saved_views_by_owner ON saved_views (owner)

COMMENT ON COLUMN saved_views.list IS 'the kind of entity that it lists'

COMMENT ON COLUMN saved_views.filter IS 'a condition'

COMMENT ON COLUMN saved_views.sharing IS 'private, team or default'

CREATE TABLE sessions (
    id TEXT NOT NULL,
    "user" TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    csrf TEXT NOT NULL,
    agent TEXT,
    address TEXT,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    ended_at BIGINT,
    CONSTRAINT sessions_key PRIMARY KEY (id),
    CONSTRAINT sessions_user_is_one_of_users FOREIGN KEY("user") REFERENCES users (id)
)

CREATE INDEX sessions_by_user ON sessions ("user")

COMMENT ON COLUMN sessions.id IS 'SHA-256 of what the cookie holds'

CREATE TABLE slots (
    id TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    status_since BIGINT NOT NULL,
    version INTEGER NOT NULL,
    kind TEXT NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    note TEXT,
    model TEXT NOT NULL,
    CONSTRAINT slots_key PRIMARY KEY (id),
    CONSTRAINT slots_ends_after_start CHECK (starts_at < ends_at),
    CONSTRAINT slots_model_is_one_of_models FOREIGN KEY(model) REFERENCES models (id)
)

CREATE INDEX slots_by_creation ON slots (created_at, id)

CREATE INDEX slots_by_model ON slots (model, starts_at)

CREATE TABLE tasks (
    id TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    status_since BIGINT NOT NULL,
    version INTEGER NOT NULL,
    title TEXT NOT NULL,
    queue TEXT,
    priority TEXT NOT NULL,
    due BIGINT,
    about TEXT,
    assignee TEXT,
    CONSTRAINT tasks_key PRIMARY KEY (id),
    CONSTRAINT tasks_assignee_is_one_of_users FOREIGN KEY(assignee) REFERENCES users (id)
)

CREATE INDEX tasks_by_about ON tasks (about)

CREATE INDEX tasks_by_assignee ON tasks (assignee, created_at)

CREATE INDEX tasks_by_creation ON tasks (created_at, id)

CREATE INDEX tasks_by_queue ON tasks (queue, created_at)

CREATE INDEX tasks_by_state ON tasks (status, created_at)

CREATE TABLE token_families (
    id TEXT NOT NULL,
    "user" TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    agent TEXT,
    address TEXT,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    ended_at BIGINT,
    ended_because TEXT,
    CONSTRAINT token_families_key PRIMARY KEY (id),
    CONSTRAINT token_families_user_is_one_of_users FOREIGN KEY("user") REFERENCES users (id)
)

CREATE INDEX token_families_by_user ON token_families ("user")

CREATE TABLE bookings (
    id TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    status_since BIGINT NOT NULL,
    version INTEGER NOT NULL,
    code TEXT NOT NULL,
    total_amount BIGINT NOT NULL,
    total_currency VARCHAR(3) NOT NULL,
    deposit_status TEXT NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    city TEXT NOT NULL,
    notes TEXT,
    client TEXT NOT NULL,
    model TEXT NOT NULL,
    inquiry TEXT,
    CONSTRAINT bookings_key PRIMARY KEY (id),
    CONSTRAINT bookings_ends_after_start CHECK (starts_at < ends_at),
    CONSTRAINT bookings_one_code UNIQUE (code),
    CONSTRAINT bookings_client_is_one_of_clients FOREIGN KEY(client) REFERENCES clients (id),
    CONSTRAINT bookings_model_is_one_of_models FOREIGN KEY(model) REFERENCES models (id),
    CONSTRAINT bookings_inquiry_is_one_of_inquiries FOREIGN KEY(inquiry) REFERENCES inquiries (id)
)

CREATE INDEX bookings_by_client ON bookings (client)

CREATE INDEX bookings_by_creation ON bookings (created_at, id)

CREATE INDEX bookings_by_inquiry ON bookings (inquiry)

CREATE INDEX bookings_by_model ON bookings (model, starts_at)

CREATE INDEX bookings_by_state ON bookings (status, created_at)

CREATE TABLE refresh_tokens (
    hash TEXT NOT NULL,
    family TEXT NOT NULL,
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    successor TEXT,
    CONSTRAINT refresh_tokens_key PRIMARY KEY (hash),
    CONSTRAINT refresh_tokens_family_is_one_of_token_families FOREIGN KEY(family) REFERENCES token_families (id)
)

CREATE INDEX refresh_tokens_by_family ON refresh_tokens (family)

COMMENT ON COLUMN refresh_tokens.successor IS 'sealed with the key, for a second tab within the grace'

CREATE TABLE booking_services (
    id TEXT NOT NULL,
    booking TEXT NOT NULL,
    title TEXT NOT NULL,
    quantity BIGINT NOT NULL,
    price_amount BIGINT NOT NULL,
    price_currency VARCHAR(3) NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT booking_services_key PRIMARY KEY (id),
    CONSTRAINT booking_services_quantity_counts CHECK (quantity >= 1),
    CONSTRAINT booking_services_booking_is_one_of_bookings FOREIGN KEY(booking) REFERENCES bookings (id)
)

CREATE INDEX booking_services_by_booking ON booking_services (booking)

CREATE TABLE options (
    id TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    status_since BIGINT NOT NULL,
    version INTEGER NOT NULL,
    rank BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    slot TEXT NOT NULL,
    booking TEXT NOT NULL,
    CONSTRAINT options_key PRIMARY KEY (id),
    CONSTRAINT options_rank_counts_from_one CHECK (rank >= 1),
    CONSTRAINT options_slot_is_one_of_slots FOREIGN KEY(slot) REFERENCES slots (id),
    CONSTRAINT options_booking_is_one_of_bookings FOREIGN KEY(booking) REFERENCES bookings (id)
)

CREATE INDEX options_by_booking ON options (booking)

CREATE INDEX options_by_creation ON options (created_at, id)

CREATE INDEX options_by_slot ON options (slot)

CREATE TABLE payments (
    id TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    status_since BIGINT NOT NULL,
    version INTEGER NOT NULL,
    purpose TEXT NOT NULL,
    amount_amount BIGINT NOT NULL,
    amount_currency VARCHAR(3) NOT NULL,
    due_at BIGINT NOT NULL,
    failure_code TEXT,
    booking TEXT NOT NULL,
    CONSTRAINT payments_key PRIMARY KEY (id),
    CONSTRAINT payments_booking_is_one_of_bookings FOREIGN KEY(booking) REFERENCES bookings (id)
)

CREATE INDEX payments_by_booking ON payments (booking)

CREATE INDEX payments_by_creation ON payments (created_at, id)

CREATE INDEX payments_by_state ON payments (status, due_at, id)

CREATE EXTENSION IF NOT EXISTS btree_gist

ALTER TABLE bookings ADD CONSTRAINT bookings_firm_once EXCLUDE USING gist (model WITH =, int8range(starts_at, ends_at) WITH &&) WHERE (status IN ('confirmed', 'on_set'))

ALTER TABLE slots ADD CONSTRAINT slots_firm_once EXCLUDE USING gist (model WITH =, int8range(starts_at, ends_at) WITH &&) WHERE (status IN ('taken', 'away'))

CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'audit is append-only'; END $$

CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_refuse()

CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()

CREATE OR REPLACE FUNCTION audit_roots_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'audit_roots is append-only'; END $$

CREATE TRIGGER audit_roots_no_change BEFORE UPDATE OR DELETE ON audit_roots FOR EACH ROW EXECUTE FUNCTION audit_roots_refuse()

CREATE TRIGGER audit_roots_no_truncate BEFORE TRUNCATE ON audit_roots FOR EACH STATEMENT EXECUTE FUNCTION audit_roots_refuse()

CREATE OR REPLACE FUNCTION rule_runs_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'rule_runs is append-only'; END $$

CREATE TRIGGER rule_runs_no_change BEFORE UPDATE OR DELETE ON rule_runs FOR EACH ROW EXECUTE FUNCTION rule_runs_refuse()

CREATE TRIGGER rule_runs_no_truncate BEFORE TRUNCATE ON rule_runs FOR EACH STATEMENT EXECUTE FUNCTION rule_runs_refuse()

CREATE OR REPLACE FUNCTION codes_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'codes is append-only'; END $$

CREATE TRIGGER codes_no_change BEFORE UPDATE OR DELETE ON codes FOR EACH ROW EXECUTE FUNCTION codes_refuse()

CREATE TRIGGER codes_no_truncate BEFORE TRUNCATE ON codes FOR EACH STATEMENT EXECUTE FUNCTION codes_refuse()
