using System.Reflection;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Conventions;

/// <summary>What the style of this codebase asks of every project under <c>src</c>; the tests of each derive from it.</summary>
public abstract class ProjectConventionTests
{
    /// <summary>The project's assembly, named as its folder is.</summary>
    protected abstract Assembly Assembly { get; }

    private IEnumerable<Type> Types => Assembly.GetTypes().Where(t => !TypeNames.IsGenerated(t));

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
        var folder = Path.Combine(SourceTree.Root, "src", Assembly.GetName().Name!);
        var (approved, received) = (Path.Combine(folder, "PublicApi.approved.txt"), Path.Combine(folder, "PublicApi.received.txt"));
        var printed = PublicApi.Print(Assembly);
        var before = File.Exists(approved) ? File.ReadAllText(approved).ReplaceLineEndings("\n") : "";
        if (printed == before)
        {
            File.Delete(received);
            return;
        }

        File.WriteAllText(received, printed);
        Assert.Fail(Difference(before, printed)
            + $"The public API of {Assembly.GetName().Name} is not as approved. If the change is meant, accept it:"
            + $" mv src/{Assembly.GetName().Name}/PublicApi.received.txt src/{Assembly.GetName().Name}/PublicApi.approved.txt");
    }

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
