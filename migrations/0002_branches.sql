-- The tree of branches, and what each branch's history is made of.
-- {events} is the schema of the event tables, {ledger} that of Ledger's own.
-- A stream that a lineage names, a parent and a root cannot be deleted: the branch could not be read without it. A branch that
-- nothing was forked from goes with its stream.

create table {ledger}.branch (
    stream varchar not null,
    parent varchar not null,
    root varchar not null,
    fork_position bigint not null,
    name text,
    created_at timestamptz not null,
    constraint pk_branch primary key (stream),
    constraint fk_branch_stream foreign key (stream) references {events}.mt_streams (id) on delete cascade,
    constraint fk_branch_parent foreign key (parent) references {events}.mt_streams (id) on delete restrict,
    constraint fk_branch_root foreign key (root) references {events}.mt_streams (id) on delete restrict,
    constraint ck_branch_fork_position check (fork_position >= 0),
    constraint ck_branch_parent check (parent <> stream),
    constraint ck_branch_root check (root <> stream)
);

-- The children of a run or branch, and the check when a stream is deleted.
create index ix_branch_parent on {ledger}.branch (parent);

create index ix_branch_root on {ledger}.branch (root);

-- The prefix from the root down, without the branch's own stream: the first `taken` events of each stream, ordinal from 1.
create table {ledger}.branch_segment (
    branch varchar not null,
    ordinal int not null,
    stream varchar not null,
    taken bigint not null,
    constraint pk_branch_segment primary key (branch, ordinal),
    constraint fk_branch_segment_branch foreign key (branch) references {ledger}.branch (stream) on delete cascade,
    constraint fk_branch_segment_stream foreign key (stream) references {events}.mt_streams (id) on delete restrict,
    -- In this order, so that its index also serves the check when a stream is deleted.
    constraint uq_branch_segment_stream unique (stream, branch),
    constraint ck_branch_segment_ordinal check (ordinal >= 1),
    constraint ck_branch_segment_taken check (taken >= 1),
    constraint ck_branch_segment_stream check (stream <> branch)
);
