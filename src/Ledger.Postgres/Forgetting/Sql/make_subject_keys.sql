-- Makes keys for subjects that have never had one. $1 the subjects.
select {ledger}.make_subject_keys_v1($1)
