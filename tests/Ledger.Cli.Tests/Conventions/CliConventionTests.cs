using System.Reflection;
using Ledger.Conformance.Conventions;

namespace Ledger.Cli.Tests.Conventions;

public sealed class CliConventionTests : ProjectConventionTests
{
    protected override Assembly Assembly => typeof(CommandLine).Assembly;
}
