using System.Reflection;
using Ledger.Conformance.Conventions;
using Ledger.Wolverine.Http;
using Ledger.Wolverine.Sessions;

namespace Ledger.Wolverine.Tests.Conventions;

public sealed class WolverineConventionTests : ProjectConventionTests
{
    protected override Assembly Assembly => typeof(LedgerSession).Assembly;
}

public sealed class WolverineHttpConventionTests : ProjectConventionTests
{
    protected override Assembly Assembly => typeof(LedgerRefusals).Assembly;
}
