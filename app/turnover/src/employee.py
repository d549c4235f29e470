"""What is asked about: one employee, as far as the model knows people."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

_YOUNGEST_AT_WORK = 16  # years


class Employee(BaseModel):
    """The features of one employee. Anything unknown, missing or impossible is a 422."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)

    age: int = Field(ge=18, le=70, description="years")
    department: Literal["human_resources", "research", "sales"]
    business_travel: Literal["none", "rare", "frequent"]
    overtime: bool
    monthly_income: float = Field(gt=0, le=100_000, description="gross, in euros")
    distance_km: float = Field(ge=0, le=500, description="from home to work")
    job_satisfaction: int = Field(ge=1, le=4, description="1 low to 4 high")
    work_life_balance: int = Field(ge=1, le=4, description="1 low to 4 high")
    companies_before: int = Field(ge=0, le=20)
    years_at_company: int = Field(ge=0, le=54)
    years_since_promotion: int = Field(ge=0, le=54)

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.years_at_company > self.age - _YOUNGEST_AT_WORK:
            raise ValueError("years_at_company is more than the age allows")
        if self.years_since_promotion > self.years_at_company:
            raise ValueError("years_since_promotion is more than years_at_company")
        return self

    def features(self) -> dict[str, float | str]:
        """As the model's pipeline takes them: texts are categories, the rest numbers."""
        return {
            name: value if isinstance(value, str) else float(value)
            for name, value in self.model_dump().items()
        }
