namespace OrleansSocial.Kernel;

/// <summary>Marks what grains ask of each other and no node without grains may ask: such a node is refused.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ClusterOnlyAttribute : Attribute;
