CREATE TABLE events (
    seq INTEGER NOT NULL,
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

CREATE TRIGGER events_no_update BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END

CREATE TRIGGER events_no_delete BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END

CREATE TRIGGER events_no_replace BEFORE INSERT ON events WHEN EXISTS (SELECT 1 FROM events WHERE id = NEW.id OR seq = NEW.seq) BEGIN SELECT RAISE(ABORT, 'events are append-only'); END

CREATE TABLE release_documents (
    release INTEGER NOT NULL,
    path VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    id VARCHAR NOT NULL,
    version BIGINT NOT NULL,
    text VARCHAR NOT NULL,
    PRIMARY KEY (release, path)
)

CREATE TRIGGER release_documents_no_update BEFORE UPDATE ON release_documents BEGIN SELECT RAISE(ABORT, 'release_documents are append-only'); END

CREATE TRIGGER release_documents_no_delete BEFORE DELETE ON release_documents BEGIN SELECT RAISE(ABORT, 'release_documents are append-only'); END

CREATE TRIGGER release_documents_no_replace BEFORE INSERT ON release_documents WHEN EXISTS (SELECT 1 FROM release_documents WHERE release = NEW.release AND path = NEW.path) BEGIN SELECT RAISE(ABORT, 'release_documents are append-only'); END

CREATE TABLE release_texts (
    hash VARCHAR NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (hash)
)

CREATE TRIGGER release_texts_no_update BEFORE UPDATE ON release_texts BEGIN SELECT RAISE(ABORT, 'release_texts are append-only'); END

CREATE TRIGGER release_texts_no_delete BEFORE DELETE ON release_texts BEGIN SELECT RAISE(ABORT, 'release_texts are append-only'); END

CREATE TRIGGER release_texts_no_replace BEFORE INSERT ON release_texts WHEN EXISTS (SELECT 1 FROM release_texts WHERE hash = NEW.hash) BEGIN SELECT RAISE(ABORT, 'release_texts are append-only'); END

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

CREATE TRIGGER releases_no_update BEFORE UPDATE ON releases BEGIN SELECT RAISE(ABORT, 'releases are append-only'); END

CREATE TRIGGER releases_no_delete BEFORE DELETE ON releases BEGIN SELECT RAISE(ABORT, 'releases are append-only'); END

CREATE TRIGGER releases_no_replace BEFORE INSERT ON releases WHEN EXISTS (SELECT 1 FROM releases WHERE number = NEW.number) BEGIN SELECT RAISE(ABORT, 'releases are append-only'); END

CREATE TABLE attempts (
    number INTEGER NOT NULL,
    what TEXT NOT NULL,
    who TEXT NOT NULL,
    at BIGINT NOT NULL,
    good BOOLEAN NOT NULL,
    CONSTRAINT attempts_key PRIMARY KEY (number)
)

CREATE INDEX attempts_by_who ON attempts (what, who, at)

CREATE TABLE audit (
    number INTEGER NOT NULL,
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

CREATE TABLE audit_heads (
    machine TEXT NOT NULL,
    entity TEXT NOT NULL,
    place BIGINT NOT NULL,
    hash TEXT NOT NULL,
    CONSTRAINT audit_heads_key PRIMARY KEY (machine, entity)
)

CREATE TABLE audit_roots (
    number INTEGER NOT NULL,
    at BIGINT NOT NULL,
    upto BIGINT NOT NULL,
    rows BIGINT NOT NULL,
    root TEXT NOT NULL,
    previous TEXT NOT NULL,
    seal TEXT NOT NULL,
    CONSTRAINT audit_roots_key PRIMARY KEY (number)
)

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

CREATE TABLE feed (
    seq INTEGER NOT NULL,
    event TEXT NOT NULL,
    machine TEXT NOT NULL,
    entity TEXT NOT NULL,
    version BIGINT NOT NULL,
    at BIGINT NOT NULL,
    CONSTRAINT feed_key PRIMARY KEY (seq)
)

CREATE TABLE feed_pending (
    number INTEGER NOT NULL,
    event TEXT NOT NULL,
    machine TEXT NOT NULL,
    entity TEXT NOT NULL,
    version BIGINT NOT NULL,
    at BIGINT NOT NULL,
    CONSTRAINT feed_pending_key PRIMARY KEY (number)
)

CREATE TABLE idempotency_keys (
    who TEXT NOT NULL,
    "key" TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status BIGINT NOT NULL,
    headers JSON NOT NULL,
    body TEXT NOT NULL,
    at BIGINT NOT NULL,
    CONSTRAINT idempotency_keys_key PRIMARY KEY (who, "key")
)

CREATE INDEX idempotency_keys_by_at ON idempotency_keys (at)

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
    number INTEGER NOT NULL,
    "key" TEXT NOT NULL,
    kind TEXT NOT NULL,
    root TEXT NOT NULL,
    event TEXT NOT NULL,
    rule TEXT,
    machine TEXT,
    entity TEXT,
    payload JSON NOT NULL,
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
    CONSTRAINT outbox_one_key UNIQUE ("key")
)

CREATE INDEX outbox_by_root ON outbox (root)

CREATE INDEX outbox_by_state ON outbox (state, not_before)

CREATE TABLE rule_runs (
    number INTEGER NOT NULL,
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
    trace JSON,
    effects JSON NOT NULL,
    reason TEXT,
    CONSTRAINT rule_runs_key PRIMARY KEY (number)
)

CREATE INDEX rule_runs_by_entity ON rule_runs (machine, entity, number)

CREATE INDEX rule_runs_by_event ON rule_runs (event)

CREATE INDEX rule_runs_by_key ON rule_runs (rule, run_key, at)

CREATE INDEX rule_runs_by_root ON rule_runs (root)

CREATE TABLE schedule_ticks (
    rule TEXT NOT NULL,
    last BIGINT NOT NULL,
    CONSTRAINT schedule_ticks_key PRIMARY KEY (rule)
)

CREATE TABLE settings (
    name TEXT NOT NULL,
    value JSON NOT NULL,
    CONSTRAINT settings_key PRIMARY KEY (name)
)

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
    track JSON NOT NULL,
    CONSTRAINT sla_clocks_key PRIMARY KEY (policy, entity)
)

CREATE INDEX sla_clocks_by_entity ON sla_clocks (machine, entity)

CREATE INDEX sla_clocks_by_next ON sla_clocks (next)

CREATE TABLE timers (
    number INTEGER NOT NULL,
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
    payload JSON NOT NULL,
    attempts BIGINT NOT NULL,
    again BIGINT,
    problem TEXT,
    CONSTRAINT timers_key PRIMARY KEY (number)
)

CREATE INDEX timers_by_due ON timers (state, due, rank, number)

CREATE INDEX timers_by_entity ON timers (machine, entity, state)

CREATE INDEX timers_by_rule ON timers (rule, state)

CREATE TABLE users (
    id TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    status_since BIGINT NOT NULL,
    version INTEGER NOT NULL,
    name TEXT,
    email TEXT,
    roles JSON,
    queues JSON,
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
    user TEXT NOT NULL,
    scopes JSON NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    used_at BIGINT,
    revoked_at BIGINT,
    CONSTRAINT api_keys_key PRIMARY KEY (id),
    CONSTRAINT api_keys_one_hash UNIQUE (hash),
    CONSTRAINT api_keys_user_is_one_of_users FOREIGN KEY(user) REFERENCES users (id)
)

CREATE INDEX api_keys_by_user ON api_keys (user)

CREATE TABLE credentials (
    user TEXT NOT NULL,
    password TEXT,
    changed_at BIGINT,
    epoch BIGINT NOT NULL,
    CONSTRAINT credentials_key PRIMARY KEY (user),
    CONSTRAINT credentials_user_is_one_of_users FOREIGN KEY(user) REFERENCES users (id)
)

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

CREATE TABLE one_time_tokens (
    hash TEXT NOT NULL,
    purpose TEXT NOT NULL,
    user TEXT NOT NULL,
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    CONSTRAINT one_time_tokens_key PRIMARY KEY (hash),
    CONSTRAINT one_time_tokens_user_is_one_of_users FOREIGN KEY(user) REFERENCES users (id)
)

CREATE INDEX one_time_tokens_by_user ON one_time_tokens (user)

CREATE TABLE saved_views (
    id TEXT NOT NULL,
    owner TEXT NOT NULL,
    list TEXT NOT NULL,
    name TEXT NOT NULL,
    filter TEXT,
    "order" JSON,
    sharing TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CONSTRAINT saved_views_key PRIMARY KEY (id),
    CONSTRAINT saved_views_owner_is_one_of_users FOREIGN KEY(owner) REFERENCES users (id)
)

CREATE INDEX saved_views_by_owner ON saved_views (owner)

CREATE TABLE sessions (
    id TEXT NOT NULL,
    user TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    csrf TEXT NOT NULL,
    agent TEXT,
    address TEXT,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    ended_at BIGINT,
    CONSTRAINT sessions_key PRIMARY KEY (id),
    CONSTRAINT sessions_user_is_one_of_users FOREIGN KEY(user) REFERENCES users (id)
)

CREATE INDEX sessions_by_user ON sessions (user)

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
    user TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    agent TEXT,
    address TEXT,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    ended_at BIGINT,
    ended_because TEXT,
    CONSTRAINT token_families_key PRIMARY KEY (id),
    CONSTRAINT token_families_user_is_one_of_users FOREIGN KEY(user) REFERENCES users (id)
)

CREATE INDEX token_families_by_user ON token_families (user)

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

CREATE TRIGGER bookings_firm_once_insert BEFORE INSERT ON bookings WHEN NEW.status IN ('confirmed', 'on_set') AND EXISTS (SELECT other.id FROM bookings AS other WHERE other.model = NEW.model AND other.id <> NEW.id AND other.status IN ('confirmed', 'on_set') AND other.starts_at < NEW.ends_at AND other.ends_at > NEW.starts_at LIMIT 1) BEGIN SELECT RAISE(ABORT, 'bookings_firm_once'); END

CREATE TRIGGER bookings_firm_once_update BEFORE UPDATE OF status, model, starts_at, ends_at ON bookings WHEN NEW.status IN ('confirmed', 'on_set') AND EXISTS (SELECT other.id FROM bookings AS other WHERE other.model = NEW.model AND other.id <> NEW.id AND other.status IN ('confirmed', 'on_set') AND other.starts_at < NEW.ends_at AND other.ends_at > NEW.starts_at LIMIT 1) BEGIN SELECT RAISE(ABORT, 'bookings_firm_once'); END

CREATE TRIGGER slots_firm_once_insert BEFORE INSERT ON slots WHEN NEW.status IN ('taken', 'away') AND EXISTS (SELECT other.id FROM slots AS other WHERE other.model = NEW.model AND other.id <> NEW.id AND other.status IN ('taken', 'away') AND other.starts_at < NEW.ends_at AND other.ends_at > NEW.starts_at LIMIT 1) BEGIN SELECT RAISE(ABORT, 'slots_firm_once'); END

CREATE TRIGGER slots_firm_once_update BEFORE UPDATE OF status, model, starts_at, ends_at ON slots WHEN NEW.status IN ('taken', 'away') AND EXISTS (SELECT other.id FROM slots AS other WHERE other.model = NEW.model AND other.id <> NEW.id AND other.status IN ('taken', 'away') AND other.starts_at < NEW.ends_at AND other.ends_at > NEW.starts_at LIMIT 1) BEGIN SELECT RAISE(ABORT, 'slots_firm_once'); END

CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END

CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END

CREATE TRIGGER audit_roots_no_update BEFORE UPDATE ON audit_roots BEGIN SELECT RAISE(ABORT, 'audit_roots is append-only'); END

CREATE TRIGGER audit_roots_no_delete BEFORE DELETE ON audit_roots BEGIN SELECT RAISE(ABORT, 'audit_roots is append-only'); END

CREATE TRIGGER rule_runs_no_update BEFORE UPDATE ON rule_runs BEGIN SELECT RAISE(ABORT, 'rule_runs is append-only'); END

CREATE TRIGGER rule_runs_no_delete BEFORE DELETE ON rule_runs BEGIN SELECT RAISE(ABORT, 'rule_runs is append-only'); END

CREATE TRIGGER codes_no_update BEFORE UPDATE ON codes BEGIN SELECT RAISE(ABORT, 'codes is append-only'); END

CREATE TRIGGER codes_no_delete BEFORE DELETE ON codes BEGIN SELECT RAISE(ABORT, 'codes is append-only'); END
