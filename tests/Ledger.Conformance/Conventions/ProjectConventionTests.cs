using System.CodeDom.Compiler;
using System.Reflection;
using System.Runtime.CompilerServices;
using PublicApiGenerator;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Conventions;

/// <summary>What the style of this codebase asks of every project under <c>src</c>; the tests of each derive from it.</summary>
public abstract class ProjectConventionTests
{
    /// <summary>The project's assembly, named as its folder is.</summary>
    protected abstract Assembly Assembly { get; }

    private IEnumerable<Type> Types => Assembly.GetTypes().Where(t => !IsGenerated(t));

    [Fact]
    public void Classes_AreSealedStaticOrAbstract() =>
        Types.Where(t => t is { IsClass: true, IsSealed: false, IsAbstract: false }).Select(t => t.FullName).ShouldBeEmpty();

    [Fact]
    public void PublicMethods_TakeNoBool() =>
        Types.Where(t => t.IsVisible)
            .SelectMany(t => t.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .Where(m => !m.IsSpecialName && m.GetParameters().Any(p => p.ParameterType == typeof(bool)))
            .Select(m => $"{m.DeclaringType}.{m.Name}")
            .ShouldBeEmpty("Write two methods or an enum.");

    [Fact]
    public void PublicMethods_OfTasks_EndInAsync() =>
        Types.Where(t => t.IsVisible)
            .SelectMany(t => t.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .Where(m => !m.IsSpecialName && IsAwaited(m.ReturnType) && !m.Name.EndsWith("Async", StringComparison.Ordinal))
            .Select(m => $"{m.DeclaringType}.{m.Name}")
            .ShouldBeEmpty();

    [Fact]
    public void PublicApi_IsApproved()
    {
        var name = Assembly.GetName().Name!;
        var approved = Path.Combine(SourceTree.Root, "src", name, "PublicApi.approved.txt");
        var (before, now) = (File.Exists(approved) ? File.ReadAllText(approved).ReplaceLineEndings("\n") : "", Print());
        if (Environment.GetEnvironmentVariable("LEDGER_APPROVE") == "1")
        {
            File.WriteAllText(approved, now);
            return;
        }

        if (now != before)
        {
            Assert.Fail($"{Difference(before, now)}The public API of {name} is not as approved. If the change is meant, run this test with"
                + $" LEDGER_APPROVE=1 and commit src/{name}/PublicApi.approved.txt.");
        }
    }

    private string Print()
    {
        var options = new ApiGeneratorOptions
        {
            IncludeAssemblyAttributes = false,
            TreatRecordsAsClasses = false,
            DenyNamespacePrefixes = [],
            ExcludeAttributes = [typeof(AsyncIteratorStateMachineAttribute).FullName!, typeof(EnumeratorCancellationAttribute).FullName!],
            IncludeTypes = [.. Types.Where(t => t.IsVisible)],
        };
        return Assembly.GeneratePublicApi(options).ReplaceLineEndings("\n") + "\n";
    }

    // By the compiler, or by a source generator.
    private static bool IsGenerated(Type type) =>
        type.Name.Contains('<', StringComparison.Ordinal)
        || type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false)
        || type.IsDefined(typeof(GeneratedCodeAttribute), inherit: false)
        || (type.DeclaringType is { } outer && IsGenerated(outer));

    private static bool IsAwaited(Type type) =>
        typeof(Task).IsAssignableFrom(type)
        || type == typeof(ValueTask)
        || (type.IsGenericType && type.GetGenericTypeDefinition() is var open && (open == typeof(ValueTask<>) || open == typeof(IAsyncEnumerable<>)));

    private static string Difference(string approved, string received)
    {
        var (old, now) = (approved.Split('\n'), received.Split('\n'));
        return string.Concat(
            old.Except(now).Select(line => $"- {line}\n").Concat(now.Except(old).Select(line => $"+ {line}\n")));
    }
}
