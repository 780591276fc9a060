using System.Reflection;
using Ledger.Conformance.Conventions;
using Ledger.Log;

namespace Ledger.Tests.Conventions;

public sealed class LedgerConventionTests : ProjectConventionTests
{
    protected override Assembly Assembly => typeof(IEventStore).Assembly;
}
