using Shouldly;
using Xunit;

namespace Ledger.Conformance.Conventions;

/// <summary>Every class of this suite is bound to an engine by the tests of that engine, or is listed there with a reason.</summary>
public abstract class BindingTests
{
    /// <summary>The classes that are not bound, each with the reason.</summary>
    protected virtual IReadOnlyDictionary<Type, string> NotApplicable { get; } = new Dictionary<Type, string>();

    [Fact]
    public void Suite_EveryClass_IsBoundOrListed()
    {
        // A class whose tests another one inherits runs with that one.
        var bound = GetType().Assembly.GetTypes().Where(t => !t.IsAbstract).SelectMany(BasesOf).ToHashSet();

        Suite().Where(t => !bound.Contains(t) && !NotApplicable.ContainsKey(t)).Select(t => t.FullName).ShouldBeEmpty(
            "Bind the class in a line of this project's ConformanceTests.cs, or list it as not applicable with the reason.");
        NotApplicable.Keys.Where(bound.Contains).Select(t => t.FullName).ShouldBeEmpty("They are bound, and need not be listed.");
    }

    private static IEnumerable<Type> Suite() => typeof(ITestEngine).Assembly.GetTypes()
        .Where(t => t is { IsAbstract: true, IsSealed: false } && t.Namespace != typeof(BindingTests).Namespace)
        .Where(t => t.GetMethods().Any(m => m.IsDefined(typeof(FactAttribute), inherit: true)));

    private static IEnumerable<Type> BasesOf(Type type)
    {
        for (var parent = type.BaseType; parent is not null; parent = parent.BaseType)
        {
            yield return parent;
        }
    }
}
