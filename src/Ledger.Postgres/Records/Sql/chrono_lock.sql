-- Locks a record store for the transaction. $1 its stream. One row as that of chrono_place.
select stream_version, version, seq, hash, archived_to from {ledger}.chrono_lock_v1($1)
