-- The seal: a Merkle tree over the log in the order of its numbers. A shard of the daemon writes these tables after the events; no append does. None of them
-- refers to an event, so that the loss of events is noticed.

-- How far the tree is: it has the events up to the number seq, which are its first `size` leaves. One row.
create table {ledger}.seal_head (
    is_only boolean not null,
    size bigint not null,
    seq bigint not null,
    constraint pk_seal_head primary key (is_only),
    constraint ck_seal_head_is_only check (is_only)
) with (fillfactor = 50);

insert into {ledger}.seal_head (is_only, size, seq) values (true, 0, 0);

-- The leaves: which event each is, and the salts of its commitments. When a payload is erased its salt is deleted, and the commitments stay.
-- Headers are never erased, so their salt is always there.
-- checksums: two bytes a column, by which an audit names the one that changed.
create table {ledger}.seal_leaf (
    leaf bigint not null,
    seq bigint not null,
    data_salt bytea,
    headers_salt bytea not null,
    data_commitment bytea,
    bdata_commitment bytea,
    checksums bytea not null,
    constraint pk_seal_leaf primary key (leaf),
    constraint uq_seal_leaf_seq unique (seq),
    constraint ck_seal_leaf_data check ((data_salt is null) = (data_commitment is not null)),
    constraint ck_seal_leaf_commitments check (length(data_commitment) = 32 and length(bdata_commitment) = 32)
);

-- The hashes, 256 to a tile: those of the leaves at level 0, of full tiles at the next. The last tile of a level grows. Hashes do not compress.
create table {ledger}.seal_tile (
    level smallint not null,
    tile bigint not null,
    hashes bytea not null,
    constraint pk_seal_tile primary key (level, tile),
    constraint ck_seal_tile_hashes check (length(hashes) between 32 and 8192 and length(hashes) % 32 = 0)
);

alter table {ledger}.seal_tile alter column hashes set storage external;

-- The signed checkpoints, with the cosignatures of witnesses.
create table {ledger}.seal_checkpoint (
    size bigint not null,
    note text not null,
    created_at timestamptz not null,
    constraint pk_seal_checkpoint primary key (size)
);
