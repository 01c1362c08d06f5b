using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using HyperGen.CompilerServices;

namespace HyperGen.Abstractions.Tests;

public sealed record Person(string Name, int Age);

public sealed record Family(Person Head, IReadOnlyList<Person> Members);

public class Animal
{
    public string Name { get; set; } = "";
}

public sealed class Dog : Animal
{
    public bool Barks { get; set; }
}

public class Cat : Animal
{
    public string Secret { get; set; } = "";
}

[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(Circle), "circle")]
public abstract record Shape;

public sealed record Circle(double Radius) : Shape;

[JsonSerializable(typeof(Family))]
[JsonSerializable(typeof(Shape))]
[JsonSerializable(typeof(Animal))]
[JsonSerializable(typeof(Dog))]
[JsonSerializable(typeof(int[][][][]))]
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
internal sealed partial class TestJson : JsonSerializerContext
{
    /// <summary>A contract from options such as an application has.</summary>
    public static JsonTypeInfo<T> Of<T>(Action<JsonSerializerOptions>? configure = null)
    {
        JsonSerializerOptions options = new(JsonSerializerDefaults.Web);
        JsonContracts.Configure(options, new TestJson());
        configure?.Invoke(options);
        return (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
    }
}
