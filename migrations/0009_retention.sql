-- Retention: what was removed from the log, where it was archived, and what must not be removed.

-- In a transaction of its own, and before any other lock: all leaves are read.
alter table {ledger}.seal_leaf validate constraint ck_seal_leaf_headers;
alter table {ledger}.seal_leaf validate constraint ck_seal_leaf_headers_commitment;

-- The runs of retention, at most one of which is unfinished: the next run finishes it first. policies: as they were given.
create table {ledger}.retention_run (
    id bigint generated always as identity,
    policies jsonb not null,
    started_by text not null,
    started_at timestamptz not null,
    finished_at timestamptz,
    constraint pk_retention_run primary key (id)
);

create unique index ix_retention_run_unfinished on {ledger}.retention_run ((true)) where finished_at is null;

-- The streams of a run, in the order in which they are removed. Of a stream the first `kept` events stay, which branches share; version is its last version.
-- state: planned; archived, when its file is complete; removing, when some of its events are gone, the last ones first; removed; left, for a reason; restoring and
-- restored. events: how many are gone. mark: retention_mark_v1 as of the archive. labels: those of a run or branch when its first page went; null where its summary lacked
-- events. fault: what the database said, where that is the reason. The event retention.removed of the stream retention:{run} says the same of each page of them.
create table {ledger}.retention_stream (
    run bigint not null,
    stream varchar not null,
    place bigint not null,
    policy text not null,
    version bigint not null,
    kept bigint not null,
    state text not null,
    reason text,
    events bigint not null,
    file text,
    file_bytes bigint,
    sha256 bytea,
    mark text,
    labels text[],
    fault text,
    constraint pk_retention_stream primary key (run, stream),
    constraint fk_retention_stream_run foreign key (run) references {ledger}.retention_run (id) on delete cascade,
    constraint ck_retention_stream_kept check (kept >= 0 and kept <= version),
    constraint ck_retention_stream_state check (state in ('planned', 'archived', 'removing', 'removed', 'left', 'restoring', 'restored')),
    constraint ck_retention_stream_file check (state not in ('archived', 'removing', 'removed', 'restoring', 'restored') or file is not null and length(sha256) = 32)
);

create index ix_retention_stream_place on {ledger}.retention_stream (run, place);

create index ix_retention_stream_stream on {ledger}.retention_stream (stream);

-- Legal holds: a stream, which is held with the branches forked from it; or label:{name}, for the runs and branches with that label.
create table {ledger}.retention_hold (
    target varchar not null,
    reason text not null,
    held_by text not null,
    held_at timestamptz not null,
    constraint pk_retention_hold primary key (target)
);

-- A prefix that retention cuts off while a branch is being forked from it is noticed when the fork commits: the foreign key has locked the stream then.
create constraint trigger tr_branch_segment_checked after insert on {ledger}.branch_segment
deferrable initially deferred
for each row execute function {ledger}.guard_segment_v1();
