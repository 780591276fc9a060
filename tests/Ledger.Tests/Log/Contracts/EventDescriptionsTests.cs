using System.Reflection;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Ledger.Conformance.Conventions;
using Ledger.Tasks;
using Shouldly;
using Xunit;

namespace Ledger.Tests.Log.Contracts;

/// <summary>The texts of the contracts of Ledger's events are those of their documentation.</summary>
public sealed partial class EventDescriptionsTests
{
    private const string Source = "src/Ledger/Log/Contracts/event-descriptions.txt";

    [Fact]
    public void File_HasTheTextsOfTheDocumentation()
    {
        var documented = XDocument.Load(Path.Combine(AppContext.BaseDirectory, "Ledger.xml")).Descendants("member")
            .ToDictionary(member => (string)member.Attribute("name")!);
        var lines = string.Concat(TaskModule.Default.Types.SelectMany(type => LinesOf(type.Key, type.Value, documented[$"T:{type.Value.FullName}"])).Select(line => $"{line}\n"));
        var file = Path.Combine(SourceTree.Root, Source);
        if (Environment.GetEnvironmentVariable("LEDGER_APPROVE") == "1")
        {
            File.WriteAllText(file, lines);
        }

        File.ReadAllText(file).ReplaceLineEndings("\n").ShouldBe(lines);
    }

    private static IEnumerable<string> LinesOf(string name, Type type, XElement documented)
    {
        yield return $"{name}\t\t{TextOf(documented.Element("summary")!)}";
        foreach (var parameter in documented.Elements("param"))
        {
            var member = type.GetProperty((string)parameter.Attribute("name")!)!.GetCustomAttribute<JsonPropertyNameAttribute>()!.Name;
            yield return $"{name}\t{member}\t{TextOf(parameter)}";
        }
    }

    private static string TextOf(XElement element) => Blanks().Replace(string.Concat(element.Nodes().Select(node => node switch
    {
        XElement { Name.LocalName: "see" } see => ((string)see.Attribute("cref")!).Split('.', ':')[^1],
        XElement inner => inner.Value,
        _ => ((XText)node).Value,
    })), " ").Trim();

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Blanks();
}
