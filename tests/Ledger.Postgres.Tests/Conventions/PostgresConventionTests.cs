using System.Reflection;
using Ledger.Conformance.Conventions;

namespace Ledger.Postgres.Tests.Conventions;

public sealed class PostgresConventionTests : ProjectConventionTests
{
    protected override Assembly Assembly => typeof(PostgresOptions).Assembly;
}
