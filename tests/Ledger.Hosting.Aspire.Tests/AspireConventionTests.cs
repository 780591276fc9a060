using System.Reflection;
using Ledger.Conformance.Conventions;

namespace Ledger.Hosting.Aspire.Tests;

public sealed class AspireConventionTests : ProjectConventionTests
{
    protected override Assembly Assembly => typeof(LedgerResource).Assembly;
}
