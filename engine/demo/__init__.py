"""A simulated operator with planted truths, and the demo people."""

from engine.demo.operator import DemoOperator, simulate_operator
from engine.demo.population import PlantedTruth, Population, simulate_population

__all__ = ["DemoOperator", "PlantedTruth", "Population", "simulate_operator", "simulate_population"]
