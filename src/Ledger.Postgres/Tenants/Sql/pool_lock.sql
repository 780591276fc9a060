-- Other callers that assign tenants wait until the transaction ends; those that ask where one is do not.
lock table {events}.mt_database_pool in share row exclusive mode
