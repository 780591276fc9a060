using System.Reflection;
using Ledger.Conformance.Conventions;

namespace Ledger.Agents.Tests.Conventions;

public sealed class AgentsConventionTests : ProjectConventionTests
{
    protected override Assembly Assembly => typeof(LedgerCheckpointStore).Assembly;
}
