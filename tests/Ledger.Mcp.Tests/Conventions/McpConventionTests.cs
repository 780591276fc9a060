using System.Reflection;
using Ledger.Conformance.Conventions;

namespace Ledger.Mcp.Tests.Conventions;

public sealed class McpConventionTests : ProjectConventionTests
{
    protected override Assembly Assembly => typeof(LedgerMcpOptions).Assembly;
}
