-- Takes back what the roles have, so that what follows is all.
revoke all on {objects} from {grantees};
