-- The tree of branches, and what each branch's history is made of.
-- {events} is the schema of the event tables, {ledger} that of Ledger's own.
-- A stream that a lineage names, a parent and a root cannot be deleted: the branch could not be read without it. A branch that
-- nothing was forked from goes with its stream.

create table {ledger}.branch (
    stream varchar not null,
    parent varchar not null,
    root varchar not null,
    fork_position bigint not null,
    segment_stream varchar[] not null,
    segment_taken bigint[] not null,
    name text,
    created_at timestamptz not null,
    constraint pk_branch primary key (stream),
    constraint fk_branch_stream foreign key (stream) references {events}.mt_streams (id) on delete cascade,
    constraint fk_branch_parent foreign key (parent) references {events}.mt_streams (id) on delete restrict,
    constraint fk_branch_root foreign key (root) references {events}.mt_streams (id) on delete restrict,
    constraint ck_branch_fork_position check (fork_position >= 0),
    constraint ck_branch_segments check (cardinality(segment_stream) = cardinality(segment_taken)),
    constraint ck_branch_parent check (parent <> stream),
    constraint ck_branch_root check (root <> stream)
);

-- The children of a run or branch, and the check when a stream is deleted.
create index ix_branch_parent on {ledger}.branch (parent);

create index ix_branch_root on {ledger}.branch (root);

-- The last segment of each lineage, which is what a branch adds to its parent's: one row at any depth. A stream that a lineage names
-- cannot be deleted: not the last, because of this table, and not those before, because each is that of a branch which the next
-- has as its parent, up to the root.
create table {ledger}.branch_segment (
    branch varchar not null,
    stream varchar not null,
    taken bigint not null,
    constraint pk_branch_segment primary key (branch),
    constraint fk_branch_segment_branch foreign key (branch) references {ledger}.branch (stream) on delete cascade,
    constraint fk_branch_segment_stream foreign key (stream) references {events}.mt_streams (id) on delete restrict,
    constraint ck_branch_segment_taken check (taken >= 1),
    constraint ck_branch_segment_stream check (stream <> branch)
);

-- For the check when a stream is deleted.
create index ix_branch_segment_stream on {ledger}.branch_segment (stream);

-- The lineages as rows: the prefix from the root down, without the branch's own stream; the first `taken` events of each stream,
-- ordinal from 1.
create view {ledger}.lineage as
select
    b.stream as branch,
    s.ordinal,
    s.stream,
    s.taken
from {ledger}.branch as b
cross join lateral unnest(b.segment_stream, b.segment_taken) with ordinality as s (stream, taken, ordinal);
