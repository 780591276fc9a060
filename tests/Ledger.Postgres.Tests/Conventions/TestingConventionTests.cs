using System.Reflection;
using Ledger.Conformance.Conventions;
using Ledger.Testing;

namespace Ledger.Postgres.Tests.Conventions;

public sealed class TestingConventionTests : ProjectConventionTests
{
    protected override Assembly Assembly => typeof(TestPostgres).Assembly;
}
