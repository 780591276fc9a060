-- Forgetting: which payloads were masked, what keeps the seal true about them, and the keys of subjects.

-- The events whose payload was masked, by number, with the last event.masked about each. salt: that of the commitment to the payload that is there now, which
-- event.masked has; when the event is masked again, the salt goes, and the earlier commitment says nothing any more. It follows from no column of the log.
create table {ledger}.masked_event (
    seq bigint not null,
    stream varchar not null,
    masked_by uuid not null,
    masked_at timestamptz not null,
    salt bytea not null,
    constraint pk_masked_event primary key (seq)
);

create index ix_masked_event_stream on {ledger}.masked_event (stream);

-- What the seal has committed to of payloads and headers that were replaced since: the trigger on updates computes it from the old row, because it cannot be
-- computed later. Masking moves it to seal_leaf and deletes the salt; a row stays where another program has replaced a payload and nothing has said so.
create table {ledger}.rewritten_payload (
    seq bigint not null,
    stream varchar not null,
    data_commitment bytea,
    bdata_commitment bytea,
    headers_commitment bytea,
    constraint pk_rewritten_payload primary key (seq),
    constraint ck_rewritten_payload_commitments
        check (length(data_commitment) = 32 and length(bdata_commitment) = 32 and length(headers_commitment) = 32)
);

create index ix_rewritten_payload_stream on {ledger}.rewritten_payload (stream);

-- Headers are erased only where they repeat a payload, as those of record stores do. The next migration checks the rows that are there, without a lock that others wait for.
alter table {ledger}.seal_leaf
    alter column headers_salt drop not null,
    add column headers_commitment bytea,
    add constraint ck_seal_leaf_headers check ((headers_salt is null) = (headers_commitment is not null)) not valid,
    add constraint ck_seal_leaf_headers_commitment check (length(headers_commitment) = 32) not valid;

-- The keys by which members of payloads are encrypted, one for each subject. Without its key nothing of the subject can be read; the row stays, so that no
-- other key is made for it.
create table {ledger}.subject_key (
    subject text collate "C" not null,
    key bytea,
    created_at timestamptz not null,
    forgotten_at timestamptz,
    constraint pk_subject_key primary key (subject),
    constraint ck_subject_key_key check (length(key) = 32),
    constraint ck_subject_key_forgotten check ((key is null) = (forgotten_at is not null))
);
