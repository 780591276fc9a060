using System.Reflection;
using Ledger.Conformance.Conventions;

namespace Ledger.Explorer.Tests.Conventions;

public sealed class ExplorerConventionTests : ProjectConventionTests
{
    protected override Assembly Assembly => typeof(LedgerExplorerOptions).Assembly;
}
